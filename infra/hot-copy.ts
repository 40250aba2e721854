/** A store of the data folder that can be copied while it is in use. */
export interface HotCopy {
  /**
   * Writes what stands now into a folder, which is made; what comes meanwhile may be left out. On the disk when it resolves.
   * @throws when the folder cannot be written
   */
  copyTo(folder: string): Promise<void>
}
