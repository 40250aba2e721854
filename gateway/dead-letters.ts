import { z } from '@hono/zod-openapi'
import type { DeadLetter } from '../infra/event-log/dead-letters.ts'
import { inPath, text } from './schemas/parameters.ts'

export const deadLetter = z
  .object({
    id: z.string(),
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    key: z.string().optional().openapi({ description: 'Without it nothing can be replayed' }),
    error: z.string().openapi({ description: 'Why it was put aside' }),
    at: z.iso.datetime().openapi({ description: 'When it was put aside' }),
    value: z.string().nullable().openapi({ description: 'The bytes, in base64' }),
  })
  .openapi('DeadLetter')

export const deadLetterInPath = z.strictObject({ id: inPath('id', text(1, 128)) })

export function deadLetterAnswer({ at, value, key, ...letter }: DeadLetter): z.output<typeof deadLetter> {
  return {
    ...letter,
    ...(key !== undefined && { key }),
    at: new Date(at).toISOString(),
    value: value && Buffer.from(value).toString('base64'),
  }
}
