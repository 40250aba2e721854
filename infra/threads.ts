import { Worker } from 'node:worker_threads'
import { type Crew, createCrew, type Invitation } from '../models/linalg/crew.ts'
import { createWorkspace } from '../models/linalg/workspace.ts'

/** A crew of this thread and helpers, in a workspace of its own. They join when they are up, and end when it is closed. */
export function startCrew(threads: number): Crew {
  const crew = createCrew(createWorkspace(), threads)
  hire(crew.invitation)
  return crew
}

function hire(invitation: Invitation): void {
  for (let n = 1; n < invitation.threads; n++) {
    const helper = new Worker(new URL('./helper.worker.ts', import.meta.url), { workerData: invitation })
    // One that could not start is missed by nobody: the others do its part. One that failed later has told its leader.
    helper.on('error', () => {})
    helper.unref()
  }
}
