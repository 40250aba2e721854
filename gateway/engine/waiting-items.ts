/** Items that wait until one of their raters changes. They are few, and no more is kept of them than the statistics keep. */
export function createWaitingItems() {
  const ratersOf = new Map<string, readonly string[]>()
  const itemsOf = new Map<string, Set<string>>()

  function remove(itemId: string): void {
    for (const userId of ratersOf.get(itemId) ?? []) {
      const items = itemsOf.get(userId)
      items?.delete(itemId)
      if (items?.size === 0) itemsOf.delete(userId)
    }
    ratersOf.delete(itemId)
  }

  return {
    /** From now on it waits for these, and for nobody else. */
    add(itemId: string, userIds: readonly string[]): void {
      remove(itemId)
      ratersOf.set(itemId, userIds)
      for (const userId of userIds) {
        const items = itemsOf.get(userId) ?? new Set()
        itemsOf.set(userId, items.add(itemId))
      }
    },
    remove,
    all: (): Iterable<string> => ratersOf.keys(),
    waitingFor: (userId: string): Iterable<string> => itemsOf.get(userId) ?? [],
  }
}
