import { workerData } from 'node:worker_threads'
import { help, type Invitation } from '../models/linalg/crew.ts'

help(workerData as Invitation)
