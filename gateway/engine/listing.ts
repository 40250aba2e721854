import type { Catalogue } from '../catalogue.ts'
import type { Answer, Answers } from './answers.ts'
import { arranged } from './list.ts'
import type { Ranked } from './request.ts'
import { vectorOf } from './serving.ts'
import type { Situation } from './situation.ts'
import type { Source } from './sources.ts'

interface Parts {
  readonly catalogue: Catalogue
  readonly answers: Pick<Answers, 'answer'>
}

/** Makes lists from sources, by the rules of a request, and tells them. */
export function createListing({ catalogue, answers }: Parts) {
  const arrange = (source: Source, { selection, served }: Situation) =>
    arranged(source, selection, { catalogue, vectorOf: (itemId) => served && vectorOf(served, itemId) })

  const tell = (source: Source, ranked: readonly Ranked[], situation: Situation) => {
    const { explain, attributes } = situation.selection
    return answers.answer(source, ranked, { ...situation, explain, attributes })
  }

  return {
    async list(source: Source, situation: Situation): Promise<Answer> {
      const { ranked } = await arrange(source, situation)
      return tell(source, ranked, situation)
    },

    /**
     * By the first source that has something to list, be it before the part that was asked for: who pages past the end of a list is
     * told nothing of another one. Where none has anything, by the very first.
     *
     * @param sources  at least one
     */
    async listByFirst(sources: AsyncIterable<Source>, situation: Situation): Promise<Answer> {
      let first: (() => Promise<Answer>) | undefined
      for await (const source of sources) {
        const { ranked, isEmpty } = await arrange(source, situation)
        if (!isEmpty) return tell(source, ranked, situation)
        // There may be pins all the same.
        first ??= () => tell(source, ranked, situation)
      }
      return (first as () => Promise<Answer>)()
    },
  }
}
