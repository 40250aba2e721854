import { parentPort } from 'node:worker_threads'
import { openKernels } from '../../models/linalg/workspace.ts'

/** A search that was prepared in shared memory; without a job, all memory is let go of. */
export interface ScanRequest {
  /** Left out where it is that of the search before. */
  readonly memory?: WebAssembly.Memory
  /** Address of the job. */
  readonly job?: number
}

let kernels: ReturnType<typeof openKernels> | undefined

/** Answers with how many items were found, which then stand in the shared memory. */
parentPort?.on('message', ({ memory, job }: ScanRequest) => {
  if (memory) kernels = openKernels(memory)
  if (job === undefined) kernels = undefined
  else parentPort?.postMessage(kernels?.topK(job))
})
