import type { EventLog, Topic } from './port.ts'

/** Records of the topic that the group has not had its effect on, by partition. @throws UnavailableError */
export async function lagOf(log: Pick<EventLog, 'ends' | 'committed'>, group: string, topic: Topic): Promise<number[]> {
  const [ends, committed] = await Promise.all([log.ends(topic), log.committed(topic, group)])
  return ends.map((end, partition) => end - (committed[partition] ?? 0))
}
