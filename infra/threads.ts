import { Worker } from 'node:worker_threads'
import type { Invitation } from '../models/linalg/crew.ts'

/** Starts the helpers of a training: they join when they are up, and end when the training does. */
export function hire(invitation: Invitation): void {
  for (let n = 1; n < invitation.threads; n++) {
    const helper = new Worker(new URL('./helper.worker.ts', import.meta.url), { workerData: invitation })
    // A helper that could not start is missed by nobody: the others do its part.
    helper.on('error', () => {})
    helper.unref()
  }
}
