import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem } from './problems.ts'

/** Answers what never became a request, as every other failure is answered: by a problem document. The connection ends. */
export function answerBrokenRequests(server: Server, maxHeaderBytes: number): void {
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.prependListener('request', ({ socket }, response) => answers.set(socket, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const current = answers.get(socket)
    const isAnswering = current?.headersSent && !current.writableFinished
    // Text put into an answer under way would be taken for a part of it.
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) return socket.destroy()
    void send(problemOf(error.code, maxHeaderBytes), socket)
  })
}

function problemOf(code: string | undefined, maxHeaderBytes: number): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers-too-large', `Path and headers together may have ${maxHeaderBytes} bytes.`)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('too-slow', 'What had come of it by lines may be stored, and nothing else. Send it anew.')
  if (code === 'HPE_INVALID_URL')
    return new Problem(
      'broken-http',
      'The address holds a character that must be percent-encoded there, as é by %C3%A9.',
    )
  return new Problem('broken-http', `The connection ends here (${code}). Nothing of the request was stored.`)
}

/** There is no request, and so nothing but the socket to answer by. */
async function send(problem: Problem, socket: Duplex): Promise<void> {
  const response = problem.toResponse()
  const text = await response.text()
  const head = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`,
    `content-type: ${response.headers.get('content-type')}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
}
