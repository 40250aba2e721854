/** What came of a rebuild or a search. */
export type Outcome = Published | { readonly skipped: string }

export interface Published {
  readonly generation: string
  /** Kept, but not activated, because it is worse than the live one. */
  readonly isHeldBack?: boolean
  /** Why it is not served, if it is not; or that it was forced. */
  readonly remark?: string | undefined
}
