import { hostname } from 'node:os'

/** What this process is called among others: in heartbeats, and where it holds something. */
export const processName = (): string => `${hostname()}:${process.pid}`
