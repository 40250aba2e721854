/**
 * What `task` resolves to, if it does so in time. The task itself goes on.
 * @throws Error when it does not
 */
export async function within<T>(deadlineMs: number, task: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${deadlineMs / 1_000} s`)), deadlineMs)
  try {
    return await Promise.race([task, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
