import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'

/** Users of the model that are offered to look as. */
const SAMPLES = 5

type Asked = Pick<Gateway, 'engine'>

/** The way to see what another user sees: by their id, or as one of some that the model knows. */
export const userSwitch = (gateway: Asked): Html => html`<form method="post" action="/session" class="whose-form">
<label for="viewed">See what another user sees</label>
${idField('viewed')}
</form>
${samplesOf(gateway)}`

/** Nobody of that id is there to be looked as. */
export const nobodyPage = (
  gateway: Asked,
  asked: string,
): Html => html`<div class="empty"><h1>Nobody called “${asked}” has rated here</h1>
<p>There is no list of theirs to see; you look as before. Ids are told apart by capitals, too.</p>
<form method="post" action="/session" class="whose-form"><label for="another">Another user’s id</label>${idField('another')}</form>
${samplesOf(gateway)}
<a class="button" href="/">To the films</a></div>`

const idField = (id: string): Html =>
  html`<span class="whose-row"><input id="${id}" name="userId" required maxlength="128" placeholder="User id" autocomplete="off"><button class="button">Look</button></span>`

function samplesOf({ engine }: Asked): Html {
  const userIds = engine.generation()?.userSample.userIds ?? []
  const step = Math.max(1, Math.floor(userIds.length / SAMPLES))
  const samples = userIds.filter((_, n) => n % step === 0).slice(0, SAMPLES)
  if (samples.length === 0) return html``
  return html`<form method="post" action="/session" class="whose-samples"><span>Such as</span>${samples.map((userId) => html`<button class="chip" name="userId" value="${userId}">${userId}</button>`)}</form>`
}
