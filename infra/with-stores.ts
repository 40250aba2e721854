import { embeddedStores } from './config/check.ts'
import type { Config } from './config/settings.ts'
import { type DataFolder, openFormerDataFolder } from './data-folder.ts'
import type { Logger } from './logging.ts'
import { openStores, type Stores } from './wiring.ts'

/**
 * Opens the stores for a command that works on them itself, and closes them whatever comes of it.
 * @param use  takes the data folder, too, where any of them is embedded
 * @throws what `openStores` throws, and ConfigError where the folder holds no data or somebody has it open
 */
export async function withStores<T>(
  config: Config,
  options: { readonly withRatings: boolean; readonly logger: Logger },
  use: (stores: Stores, folder: DataFolder | undefined) => Promise<T>,
): Promise<T> {
  const folder = embeddedStores(config).length > 0 ? openFormerDataFolder(config.DATA_DIR) : undefined
  try {
    const stores = await openStores(config, { folder, scale: {}, ...options })
    try {
      return await use(stores, folder)
    } finally {
      await stores.close()
    }
  } finally {
    folder?.release()
  }
}
