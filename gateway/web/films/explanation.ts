import { html } from 'hono/html'
import type { Explanation } from '../../engine/insights.ts'
import type { Html } from '../page.ts'
import { filmPath, spokenTitle, untitled } from '../shared/titles.js'

/** What stands beside a bar. */
interface Part {
  readonly name: string
  readonly path?: string
  readonly amount: number
  /** Of several ratings together. */
  readonly isRest?: boolean
}

/** Smaller parts of a score are rounding. */
const NOTHING = 1e-9

/**
 * Why a film has its score, as bars that add up to it and in words: the model is such that a score is a sum over what somebody
 * rated.
 */
export function whySection(explanation: Explanation, isRated: boolean): Html {
  const parts = partsOf(explanation)
  const title = isRated ? 'Where its score comes from' : 'Why it is recommended to you'
  return html`<section class="why" id="why" aria-labelledby="why-title"><h2 id="why-title">${title}</h2>
${parts.length === 0 ? html`<p class="why-words">Nothing you rated speaks for it yet. Rate some films you like, and this says which of them do.</p>` : bars(parts, explanation.score, explanation.total)}</section>`
}

function partsOf({ itemId: explained, items, score, total }: Explanation): Part[] {
  const named = items.map(({ itemId, title, contribution }): Part => {
    // On its own page its title says nothing, and leads nowhere.
    if (itemId === explained) return { name: OWN, amount: contribution }
    return { name: spokenTitle(title ?? untitled(itemId)), path: filmPath(itemId), amount: contribution }
  })
  const rest = score - named.reduce((sum, { amount }) => sum + amount, 0)
  const others = total - named.length
  if (others <= 0 && Math.abs(rest) < NOTHING) return named
  const name = others === 1 ? 'One other rating' : `${others.toLocaleString('en')} other ratings together`
  return [...named, { name, amount: rest, isRest: true }]
}

const OWN = 'Your own rating of it'

const isNamed = ({ isRest }: Part): boolean => !isRest

/** One bar for the whole, then one for each rating, on a scale of their own: of a thousand ratings each adds but a little. */
function bars(parts: readonly Part[], score: number, total: number): Html {
  const greatest = Math.max(...parts.filter(isNamed).map(({ amount }) => Math.abs(amount)), NOTHING)
  return html`<p class="why-words">${wordsOf(parts, score, total)}</p>
${stack(parts, score)}
<table class="bars"><caption class="visually-hidden">Parts of the score, by the rating they come from</caption>
<thead class="visually-hidden"><tr><th scope="col">Rating</th><th scope="col">Drawn</th><th scope="col">Part of the score</th></tr></thead>
<tbody>${parts.map((part) => bar(part, greatest))}</tbody>
<tfoot><tr class="bars-sum"><th scope="row">Together, its score</th><td></td><td class="number">${score.toFixed(3)}</td></tr></tfoot></table>`
}

/** What speaks for it, end to end, and over its end what speaks against it: the score is what is left. */
function stack(parts: readonly Part[], score: number): Html {
  const positive = parts.filter(({ amount }) => amount > 0)
  const whole = positive.reduce((sum, { amount }) => sum + amount, 0)
  let x = 0
  const pieces = positive.map((part) => {
    const width = (100 * part.amount) / whole
    const piece = html`<rect x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="1" class="${isNamed(part) ? '' : 'stack-rest'}"/>`
    x += width
    return piece
  })
  const left = (100 * Math.max(score, 0)) / whole
  const against =
    left < 100 &&
    html`<rect x="${left.toFixed(2)}" width="${(100 - left).toFixed(2)}" height="1" class="stack-against"/>`
  return html`<svg class="bar stack" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${pieces}${against || ''}</svg>`
}

function bar(part: Part, greatest: number): Html {
  const { name, path, amount } = part
  const width = ((100 * Math.abs(amount)) / greatest).toFixed(1)
  const drawn = html`<svg class="bar ${amount < 0 ? 'bar-against' : ''}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="1"/></svg>`
  return html`<tr><th scope="row">${path ? html`<a href="${path}">${name}</a>` : name}</th><td class="bar-cell">${isNamed(part) ? drawn : ''}</td><td class="number">${amount < 0 ? '−' : '+'}${Math.abs(amount).toFixed(3)}</td></tr>`
}

/** Amid a sentence. */
const amid = (name: string): string => (name === OWN ? 'your own rating of it' : name)

/** "Most of its score of 0.512 comes from Heat (41 %) and Ronin (22 %)." */
function wordsOf(parts: readonly Part[], score: number, total: number): string {
  const share = (amount: number): string => `${Math.round((100 * amount) / score)}\u00a0%`
  const [first, second] = parts.filter((part) => isNamed(part) && part.amount > 0)
  if (score <= 0 || !first) return 'What was rated speaks against it rather than for it.'
  const most = [first, second]
    .flatMap((part) => (part ? `${amid(part.name)} (${share(part.amount)})` : []))
    .join(' and ')
  const against = parts.filter((part) => isNamed(part) && part.amount < 0)
  const verb = against.length === 1 ? 'takes' : 'take'
  const less =
    against.length === 0
      ? ''
      : ` ${against.map(({ name }, n) => (n === 0 ? name : amid(name))).join(', ')} ${verb} something away.`
  const isMost = (first.amount + (second?.amount ?? 0)) / score > 0.5
  if (isMost) return `Most of its score of ${score.toFixed(3)} comes from ${most}.${less}`
  return `Its score of ${score.toFixed(3)} is the sum of ${total.toLocaleString('en')} ratings. What speaks for it most: ${most}.${less}`
}
