import { html } from 'hono/html'

/** What is about to happen; client/admin-confirm.js fills it in. */
export const confirmDialog = html`<dialog id="confirm" aria-labelledby="confirm-title" aria-describedby="confirm-words">
<form method="dialog">
<h2 id="confirm-title"></h2>
<p id="confirm-words"></p>
<label class="option-line" id="confirm-option" hidden><input type="checkbox" id="confirm-checked"> <span id="confirm-option-words"></span></label>
<div class="dialog-buttons"><button class="button" value="no" autofocus>Leave it</button><button class="button button-primary" id="confirm-do" value="yes"></button></div>
</form>
</dialog>`

/** A dead letter whole; client/admin-letter.js fills it in. */
export const letterDialog = html`<dialog id="letter" class="letter" aria-labelledby="letter-title">
<form method="dialog">
<h2 id="letter-title"></h2>
<p id="letter-why"></p>
<dl class="letter-facts" id="letter-facts"></dl>
<pre class="bytes" id="letter-bytes" tabindex="0" role="group" aria-label="Bytes"></pre>
<p class="small">Replay puts these bytes onto the end of their topic again; where they are still no event, they come back as another letter. Drop lists the record no longer; its bytes stay on the log.</p>
<div class="dialog-buttons"><button class="button" value="" autofocus>Close</button><button class="button" value="drop">Drop</button><button class="button button-primary" id="letter-replay" value="replay">Replay</button></div>
</form>
</dialog>`
