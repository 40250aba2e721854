import { html } from 'hono/html'
import type { Answer } from '../../engine/answers.ts'
import type { Html } from '../page.ts'
import { whyItem, whyList } from '../shared/because.js'
import { card, type Look } from './card.ts'
import { notice, row } from './shelf.ts'

interface ForYouOptions {
  readonly listId?: string | undefined
  readonly loading?: string | undefined
}

/** What client/card.js fills in for a film that comes into the list. */
const BLANK = { itemId: '', title: '' }

/**
 * The list that changes as one rates: at the side where there is room, else the first shelf.
 * @param options  `listId`: as which it is logged; left out: the stream, which begins with the same list, logs that; `loading`: name of
 *   the dataset that is being loaded
 */
export function forYouSection(answer: Answer | undefined, look: Look, options: ForYouOptions): Html {
  const { listId, loading } = options
  const items = answer?.items ?? []
  const why = answer?.strategy === 'fold-in' ? whyList(items) : 'Rate a film, and this becomes your list'
  return html`<section class="for-you" id="for-you" ${listId === undefined ? '' : html`data-list="${listId}"`} ${answer?.generation === null ? 'data-untrained' : ''} aria-labelledby="for-you-title">
<div class="shelf-head"><h2 id="for-you-title">${headingOf(answer)}</h2><p class="shelf-why" id="for-you-why">${why}</p></div>
<div id="for-you-notice">${noticeOf(answer, loading)}</div>
${row(items.map((item) => card(item, look, whyItem(item))))}
<template id="blank-card">${card(BLANK, look)}</template>
</section>`
}

const headingOf = (answer: Answer | undefined): string => (answer?.strategy === 'fold-in' ? 'For you' : 'Popular now')

function noticeOf(answer: Answer | undefined, loading: string | undefined): Html {
  if (!answer || answer.isStale)
    return notice(
      html`Recommendations are resting: popular films meanwhile. What you rate is kept. <a href="/">Try again</a>`,
    )
  if (loading !== undefined)
    return notice(`${loading} is being loaded, which takes some seconds. The films stand here as soon as they are in.`)
  if (answer.items.length === 0)
    return notice(
      html`There are no films here yet. <code>npm run import -- PATH</code> brings some in; so does <code>POST /v1/ratings</code>, as <a href="/docs">the API</a> has it.`,
    )
  if (answer.generation === null)
    return notice('The first model is being trained, which takes some seconds: popular films meanwhile.')
  return html``
}
