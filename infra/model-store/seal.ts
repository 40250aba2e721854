import { createHash } from 'node:crypto'
import { z } from 'zod'
import { decodeInSteps, encodeGeneration } from '../../models/als/artifact.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { CorruptGenerationError, messageOf } from '../errors.ts'
import { inSlices } from '../in-slices.ts'
import type { GenerationInfo } from './port.ts'

const SHA256_BYTES = 32
/** Digested in a step: a millisecond. WebCrypto would copy it all first, in one. */
const STEP_BYTES = 1 << 20

/**
 * A generation as it is stored: the artifact, then its SHA-256, so that a torn or flipped byte shows. The digest is taken
 * between requests.
 */
export async function seal(generation: Generation): Promise<{ sealed: Uint8Array; info: GenerationInfo }> {
  const artifact = encodeGeneration(generation)
  const digest = await inSlices(sha256(artifact))
  const sealed = Buffer.concat([artifact, digest])
  const { id, createdAt, hyperParameters, metrics, users, ratings, watermark, trainSeconds, epochsRun } = generation
  const { sampleLacks, standsFor, tuning, comparison } = generation
  const info = {
    ...{ id, createdAt, hyperParameters, metrics, users, items: generation.itemIds.length, ratings, watermark },
    ...{
      sampleLacks,
      standsFor,
      trainSeconds,
      epochsRun,
      tuning,
      comparison,
      bytes: sealed.length,
      sha256: digest.toString('hex'),
    },
  }
  return { sealed, info }
}

/**
 * The generation that was sealed, read between requests.
 * @throws CorruptGenerationError
 */
export async function unseal(id: string, sealed: Uint8Array<ArrayBuffer>): Promise<Generation> {
  const end = Math.max(0, sealed.length - SHA256_BYTES)
  const artifact = sealed.subarray(0, end)
  const digest = await inSlices(sha256(artifact))
  if (!digest.equals(sealed.subarray(end))) throw corrupt(id, 'its checksum does not hold')
  try {
    const generation = await inSlices(decodeInSteps(artifact))
    if (generation.id !== id) throw new Error(`it holds generation ${generation.id}`)
    about.parse(generation)
    return generation
  } catch (error) {
    throw corrupt(id, messageOf(error), error)
  }
}

function* sha256(bytes: Uint8Array): Steps<Buffer> {
  const hash = createHash('sha256')
  for (let from = 0; from < bytes.length; from += STEP_BYTES) {
    hash.update(bytes.subarray(from, from + STEP_BYTES))
    yield
  }
  return hash.digest()
}

/** What is said of an artifact that cannot be used. */
export function corrupt(id: string, what: string, cause?: unknown): CorruptGenerationError {
  return new CorruptGenerationError(
    `Generation ${id} of the model store is damaged (${what}) and is not served. Activate another one, or rebuild.`,
    { cause },
  )
}

const numbers = z.record(z.string(), z.number())
const tuned = z.enum(['regularization', 'unobservedWeight'])
const tuning = z.object({
  regularization: z.number(),
  unobservedWeight: z.number(),
  search: z.array(tuned),
  metric: z.string(),
  figure: z.number(),
  start: z.object({ regularization: z.number(), unobservedWeight: z.number(), figure: z.number() }),
  runs: z.number(),
  pairs: z.number(),
  seconds: z.number(),
  end: z.enum(['complete', 'budget', 'stopped']),
})
const comparison = z.object({
  live: z.string(),
  metric: z.string(),
  figure: z.number(),
  liveFigure: z.number(),
  standardError: z.number(),
  users: z.number(),
  pairs: z.number(),
  tolerance: z.number().optional(),
  verdict: z.enum(['sound', 'worse', 'forced', 'too-few-users']),
})
/** What an artifact says of its generation beside the arrays. */
const about = z.object({
  id: z.string(),
  createdAt: z.number(),
  hyperParameters: z.object({
    factors: z.number(),
    epochs: z.number(),
    seed: z.number(),
    unobservedWeight: z.number(),
    regularization: z.number(),
    regularizationExponent: z.number(),
    positiveFrom: z.number(),
    dislikeWeight: z.number(),
    topWeight: z.number().optional(),
    topValue: z.number().optional(),
    activityExponent: z.number().optional(),
  }),
  metrics: numbers,
  users: z.number(),
  ratings: z.number(),
  watermark: z.array(z.number()),
  sampleLacks: z.array(z.number()).optional(),
  standsFor: z.array(z.string()).optional(),
  trainSeconds: z.number(),
  epochsRun: z.number(),
  tuning: tuning.optional(),
  comparison: comparison.optional(),
})
const manifest = about.extend({ items: z.number(), bytes: z.number(), sha256: z.string() })

/** Reads the manifest that stands beside an artifact. @returns undefined when it is none */
export function readManifest(json: string): GenerationInfo | undefined {
  try {
    return manifest.parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

/** The manifests that can be read, newest generation first. */
export function newestFirst(manifests: readonly string[]): GenerationInfo[] {
  return manifests
    .map(readManifest)
    .filter((info) => info !== undefined)
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
}
