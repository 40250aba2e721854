import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort, onPath, type Service, type StartOptions, startProcess } from './process.ts'

const run = promisify(execFile)
const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const JAVA_OPTIONS = ['-Xmx512m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']

/** The broker's version, which `pom.xml` pins. */
export const KAFKA_VERSION = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(POM, 'utf8'))?.[1] ?? ''

/** A single node that is broker and controller, with nothing replicated. */
export function brokerProperties(listen: string, advertised: string, controllerPort: number): Record<string, string> {
  return {
    'node.id': '1',
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://${listen},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${advertised}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  }
}

/**
 * Starts a Kafka broker from Maven's jars, which are fetched the first time (43 MB).
 * @param advertised  where clients are told to go, whatever they asked first: something that stands in front of it
 * @throws Error when Java or Maven is missing, the jars cannot be fetched, or the broker does not start
 */
export async function startKafka(options: StartOptions, advertised?: string): Promise<Service> {
  if (!onPath('java'))
    throw new Error('Java is not installed; on Debian: apt-get install openjdk-17-jre-headless maven')
  const classPath = join(await brokerJars(), '*')
  const { port, folder } = options
  const data = join(folder, 'kafka')
  const config = join(folder, 'kafka.properties')
  await mkdir(folder, { recursive: true })
  const address = `127.0.0.1:${port}`
  const properties = { ...brokerProperties(address, advertised ?? address, await freePort()), 'log.dirs': data }
  await writeFile(
    config,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  if (!existsSync(join(data, 'meta.properties'))) {
    const clusterId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url')
    // With an equals sign: an id may begin with a dash.
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', config]
    await run('java', [...JAVA_OPTIONS, '-cp', classPath, ...format])
  }
  const started = await startProcess(
    {
      name: 'kafka',
      command: 'java',
      args: [
        ...JAVA_OPTIONS,
        '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
        ...['-cp', classPath, 'kafka.Kafka', config],
      ],
      ready: /Kafka Server started/,
      readyWithinMs: 60_000,
    },
    options,
  )
  return { ...started, url: `kafka://${address}` }
}

/** @returns the folder of the jars, shared by all checkouts of this user */
async function brokerJars(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const jars = join(cache, 'foldstream', `kafka-${KAFKA_VERSION}`)
  if (existsSync(jars)) return jars
  if (!onPath('mvn')) throw new Error('Maven is not installed; on Debian: apt-get install maven')
  await mkdir(dirname(jars), { recursive: true })
  const partial = await mkdtemp(`${jars}-`)
  try {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`]
    await run('mvn', ['-q', '-B', '-f', POM, ...goal])
    // Whole or not at all. Somebody else may have been faster; theirs are the same jars.
    await rename(partial, jars).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(jars)) throw error
    })
  } catch (error) {
    const output = (error as { stdout?: string }).stdout ?? ''
    throw new Error(`Maven could not fetch Kafka ${KAFKA_VERSION}: ${output.split('\n')[0] || error}`, { cause: error })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return jars
}
