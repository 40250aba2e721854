import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import { isVisitor } from '../../sessions.ts'
import type { Html } from '../page.ts'
import { ratersAmong } from './ratings.ts'
import { orNothing } from './resting.ts'

/** Users of the model that are offered to look as. */
const SAMPLES = 5
/** Some of them may be erased, whom the model keeps until the next one. */
const CANDIDATES = 4 * SAMPLES

type Asked = Pick<Gateway, 'engine' | 'logger'>

/** The way to see what another user sees: by their id, or as one of some that the model knows. */
export const userSwitch = async (
  gateway: Asked,
): Promise<Html> => html`<form method="post" action="/session" class="whose-form">
<label for="viewed">See what another user sees</label>
${idField('viewed')}
</form>
${await samplesOf(gateway)}`

/** Nobody of that id is there to be looked as. */
export const nobodyPage = async (
  gateway: Asked,
  asked: string,
): Promise<Html> => html`<div class="empty"><h1>Nobody called “${asked}” has rated here</h1>
<p>There is no list of theirs to see; you look as before. Ids are told apart by capitals, too.</p>
<form method="post" action="/session" class="whose-form"><label for="another">Another user’s id</label>${idField('another')}</form>
${await samplesOf(gateway)}
<a class="button" href="/">To the films</a></div>`

const idField = (id: string): Html =>
  html`<span class="whose-row"><input id="${id}" name="userId" required maxlength="128" placeholder="User id" autocomplete="off"><button class="button">Look</button></span>`

/** Nobody who came by the pages: who rates there has not asked to be offered to others. */
async function samplesOf(gateway: Asked): Promise<Html> {
  const userIds = gateway.engine.generation()?.userSample.userIds.filter((userId) => !isVisitor(userId)) ?? []
  const step = Math.max(1, Math.floor(userIds.length / CANDIDATES))
  const candidates = userIds.filter((_, n) => n % step === 0).slice(0, CANDIDATES)
  const samples = (await orNothing(gateway.logger, 'users to look as', firstRaters(gateway, candidates))) ?? []
  if (samples.length === 0) return html``
  return html`<form method="post" action="/session" class="whose-samples"><span>Such as</span>${samples.map((userId) => html`<button class="chip" name="userId" value="${userId}">${userId}</button>`)}</form>`
}

/** Every page offers them: no more are read than it takes, which is once unless somebody was erased. */
async function firstRaters(gateway: Asked, candidates: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (let from = 0; from < candidates.length && found.length < SAMPLES; from += SAMPLES)
    found.push(...(await ratersAmong(gateway, candidates.slice(from, from + SAMPLES))))
  return found.slice(0, SAMPLES)
}
