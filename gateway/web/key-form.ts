import { html } from 'hono/html'
import type { Html } from './page.ts'

interface KeyFormOptions {
  /** As API_KEYS names it. */
  readonly scope: 'read' | 'admin'
  /** What is seen with such a key. */
  readonly opens: string
}

/** Asks for a key, which client/key.js keeps and sends: a browser cannot send one along with an address. */
export const keyForm = ({ scope, opens }: KeyFormOptions): Html => html`<form id="key-form" class="key-form" hidden>
<h2>A key, please</h2>
<p>This server lists API keys. With one of the scope <code>${scope}</code> you see ${opens}. The key stays in this tab until that is closed, and is sent as a header alone.</p>
<label for="key">Key</label>
<span class="key-row"><input id="key" type="password" required autocomplete="off" spellcheck="false" aria-describedby="key-fault"><button class="button">Open</button></span>
<p id="key-fault" class="fault" role="alert"></p>
</form>`
