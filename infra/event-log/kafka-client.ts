import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { within } from '../deadline.ts'
import { ConfigError, messageOf, UnavailableError } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { type KafkaSockets, socketsForKafka } from './kafka-socket.ts'

/** How long an answer to anything may take. */
export const DEADLINE_MS = 5_000
const RETRY_PAUSE_MS = 100
const LEAVE_DEADLINE_MS = 2_000
const CONNECTION_TIMEOUT_MS = 2_000
const REQUEST_TIMEOUT_MS = 10_000
/** Whoever joins a group waits for members that are gone, as long as a rebalance may take. */
const SILENCE_MS = 12_000

/** kafkajs tries a call again by itself, for at most about three seconds; what goes on for longer is ours to decide. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 }

export interface KafkaPlace {
  /** host:port */
  readonly brokers: readonly string[]
  /** Stands before the name of every topic and group, so that tenants can share a broker. */
  readonly prefix: string
}

/**
 * Reads `kafka://host:9092,host2:9092`, with a prefix of topics and groups as its path: `kafka://host:9092/test1.`
 * @throws ConfigError
 */
export function parseKafkaUrl(url: string): KafkaPlace {
  const [, hosts, prefix = ''] = /^kafka:\/\/([^/@?#]+)(?:\/([\w.-]{0,100}))?$/.exec(url) ?? []
  const brokers = hosts?.split(',').map((host) => (host.includes(':') ? host : `${host}:9092`))
  if (!brokers?.every((broker) => /^[\w.-]+:\d+$/.test(broker)))
    throw new ConfigError(
      'EVENT_LOG_URL: expected kafka://host:9092,host2:9092, after it perhaps /prefix of letters, digits, dots, dashes and underscores',
    )
  return { brokers, prefix }
}

/** These tell of every attempt to connect. That it did not succeed, and what to do, whoever waited for it says once. */
const ATTEMPTS: readonly string[] = ['Connection', 'BrokerPool']

export const createKafkaSockets = (): KafkaSockets => socketsForKafka(SILENCE_MS)

/** A client whose own log lines go to `logger`: what it calls errors as warnings, since it goes on by itself. */
export function createKafkaClient(
  { brokers }: KafkaPlace,
  logger: Logger,
  sockets: KafkaSockets = createKafkaSockets(),
): Kafka {
  return new Kafka({
    clientId: 'foldstream',
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    socketFactory: sockets.open,
    retry: RETRY,
    logCreator:
      () =>
      ({ level, namespace, log: { message, timestamp: _, logger: __, stack: ___, ...details } }) => {
        const isWarning = level === logLevel.ERROR && !ATTEMPTS.includes(namespace)
        logger[isWarning ? 'warn' : 'debug']({ kafka: namespace, ...details }, message)
      },
  })
}

/**
 * Ends a client's connections. After one of them broke kafkajs may wait for ever for answers that will not come: then it is left to
 * itself.
 */
export async function leave(client: { disconnect(): Promise<void> }, logger: Logger): Promise<void> {
  await within(LEAVE_DEADLINE_MS, client.disconnect()).catch((error: unknown) =>
    logger.debug({ err: error }, 'a client of Kafka did not disconnect'),
  )
}

/** Connects within the deadline, however often it takes. @throws UnavailableError */
export async function connectAdmin(kafka: Kafka, { brokers }: KafkaPlace): Promise<Admin> {
  const admin = kafka.admin()
  const began = performance.now()
  const connect = async (): Promise<void> => {
    for (;;) {
      try {
        return await admin.connect()
      } catch (error) {
        if (performance.now() - began > DEADLINE_MS) throw error
        await sleep(RETRY_PAUSE_MS)
      }
    }
  }
  const connecting = connect()
  try {
    await within(DEADLINE_MS, connecting)
    return admin
  } catch (error) {
    // Once the attempt under way is over: it may succeed after all, and an open connection would keep the process from ending.
    void connecting
      .catch(() => {})
      .then(() => admin.disconnect())
      .catch(() => {})
    throw new UnavailableError(
      `Kafka at ${brokers} did not answer in ${DEADLINE_MS / 1_000} s. Is it running? Set EVENT_LOG_URL, or leave it out to use the embedded log.`,
      { cause: error },
    )
  }
}

/**
 * Asks Kafka something; again while it answers that it will be able to in a moment (a topic just created, a leader just chosen).
 * @throws UnavailableError when it does not answer in time, or answers with an error
 */
export async function ask<T>(
  { brokers }: KafkaPlace,
  question: () => Promise<T>,
  deadlineMs: number = DEADLINE_MS,
): Promise<T> {
  const began = performance.now()
  const answer = async (): Promise<T> => {
    for (;;) {
      try {
        return await question()
      } catch (error) {
        const passing = error instanceof Error && 'retriable' in error && error.retriable
        if (!passing || performance.now() - began > deadlineMs) throw error
        await sleep(RETRY_PAUSE_MS)
      }
    }
  }
  try {
    return await within(deadlineMs, answer())
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UnavailableError) throw error
    throw new UnavailableError(
      `Kafka at ${brokers} did not answer: ${messageOf(error)}. What was acknowledged is kept. Is it running? EVENT_LOG_URL says where it is.`,
      { cause: error },
    )
  }
}
