import { expect, it } from 'vitest'
import { item, type Opened } from './rows.fixture.ts'

/** Items, generations, the log and the schema. */
export function recordsContract(at: Opened): void {
  it('keeps the newest state of each item', async () => {
    const odd = item({
      title: "L'été\n\\",
      genres: ['Film-Noir', "Children's"],
      year: null,
      attributes: { colour: false },
    })
    await at.store.insertItems([
      { itemId: 'i', offset: 0, item: item({}) },
      { itemId: 'j', offset: 1, item: odd },
    ])
    await at.store.insertItems([{ itemId: 'i', offset: 4, item: null }])
    await at.store.insertItems([{ itemId: 'i', offset: 0, item: item({}) }])
    expect(await at.store.resumeItemsAt()).toBe(5)
    expect((await at.store.itemRows()).sort((one, other) => one.offset - other.offset)).toEqual([
      { itemId: 'j', offset: 1, isDeleted: false },
      { itemId: 'i', offset: 4, isDeleted: true },
    ])
    expect(await at.sql('SELECT * EXCEPT (updated_at, offset) FROM items FINAL WHERE NOT deleted')).toEqual([
      {
        ...{ item_id: 'j', title: "L'été\n\\", genres: ['Film-Noir', "Children's"], year: null, poster: null },
        ...{ available: true, attributes: '{"colour":false}', deleted: false },
      },
    ])
  })

  it('records a generation', async () => {
    const generation = {
      ...{ id: 'g-1', createdAt: 1_700_000_000_123, hyperParameters: { factors: 64, regularization: 0.01 } },
      ...{ metrics: { 'ndcg@10': 0.25 }, users: 3, items: 2, ratings: 5, watermark: [7, 0], trainSeconds: 1.5 },
    }
    await at.store.recordGeneration(generation)
    // Whoever hands over more than a row, such as a whole model, stores the row.
    await at.store.recordGeneration({ ...generation, ...{ factors: new Float32Array(100_000) } })
    expect(await at.sql('SELECT *, toString(created_at) AS created_at FROM generations FINAL')).toMatchObject([
      {
        ...{ id: 'g-1', created_at: '2023-11-14 22:13:20.123', metrics: { 'ndcg@10': 0.25 }, train_seconds: 1.5 },
        hyper_parameters: '{"factors":64,"regularization":0.01}',
      },
    ])
  })

  it('remembers the first log it was bound to', async () => {
    const scale = { min: 0.5, max: 5, positiveFrom: 4 }
    const identity = { id: 'first', clusterId: undefined, partitions: 8, scale }
    expect(await at.store.bind(identity)).toEqual(identity)
    expect(await at.store.bind({ id: 'second', clusterId: 'c', partitions: 4, scale })).toEqual(identity)
    expect(await (await at.reopen()).bind({ ...identity, id: 'third' })).toEqual(identity)
  })

  it('refuses a schema that is newer than the program', async () => {
    await at.sql("INSERT INTO schema_migrations (version, name, sha256) VALUES (1000, '1000_later.sql', '')")
    await expect(at.reopen()).rejects.toThrow(/version 1000.*newer program/)
  })

  it('refuses to go on when an applied migration was edited', async () => {
    await at.sql("INSERT INTO schema_migrations (version, name, sha256) VALUES (1, '001_ratings.sql', 'other')")
    await expect(at.reopen()).rejects.toThrow(/001_ratings.sql.*edited/)
  })
}
