import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]

/** Every figure that foldstream exposes at `/metrics`, declared here and nowhere else. One registry a process. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'foldstream_http_request_seconds',
      help: 'Time to answer, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    eventsAccepted: new Counter({
      name: 'foldstream_events_accepted_total',
      help: 'Events acknowledged, by type',
      labelNames: ['type'],
      registers,
    }),
    recommendations: new Counter({
      name: 'foldstream_recommendations_total',
      help: 'Lists answered, by strategy',
      labelNames: ['strategy'],
      registers,
    }),
    servedLogged: new Counter({
      name: 'foldstream_served_logged_total',
      help: 'Answered lists that were put on topic served',
      registers,
    }),
    servedDropped: new Counter({
      name: 'foldstream_served_dropped_total',
      help: 'Answered lists that were not logged: too many were waiting (full), the log did not take them (log), who asked had left before it was all sent (left), or a page of another site asked, which cannot read it (unread)',
      labelNames: ['reason'],
      registers,
    }),
    ratingsPredicted: new Counter({
      name: 'foldstream_ratings_predicted_total',
      help: 'Live positive ratings that the model predicted before it learnt them',
      registers,
    }),
    ratingsNotPredicted: new Counter({
      name: 'foldstream_ratings_not_predicted_total',
      help: 'Those that were not measured: the updater lags (lag), there were more than 200 a second (rate), it took too long (time), another model was served by then, which does not know the item or had learnt the rating (model), the process ended (stop), the log did not take the figures (log), or it failed (error)',
      labelNames: ['reason'],
      registers,
    }),
    openStreams: new Gauge({
      name: 'foldstream_open_streams',
      help: 'Streams of lists that somebody follows',
      registers,
    }),
    consumed: new Counter({
      name: 'foldstream_consumed_records_total',
      help: 'Records whose effect is done, by consumer group',
      labelNames: ['group'],
      registers,
    }),
    consumeRetries: new Counter({
      name: 'foldstream_consume_retries_total',
      help: 'Effects tried again, by consumer group',
      labelNames: ['group'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'foldstream_dead_letters_total',
      help: 'Records put aside, by consumer group',
      labelNames: ['group'],
      registers,
    }),
    effectSeconds: new Histogram({
      name: 'foldstream_effect_seconds',
      help: 'Time of one effect, by consumer group',
      labelNames: ['group'],
      buckets: SECONDS,
      registers,
    }),
    freshnessSeconds: new Histogram({
      name: 'foldstream_freshness_seconds',
      help: 'From append on the log to the user state being written, of ratings that had just been given',
      buckets: SECONDS,
      registers,
    }),
    lag: new Gauge({
      name: 'foldstream_lag_records',
      help: 'Records behind the end of the log, by group, topic and partition',
      labelNames: ['group', 'topic', 'partition'],
      registers,
    }),
    rebuildSeconds: new Histogram({
      name: 'foldstream_rebuild_seconds',
      help: 'Time of a full rebuild',
      buckets: [1, 5, 10, 30, 60, 300, 900, 3600],
      registers,
    }),
    generationCreated: new Gauge({
      name: 'foldstream_generation_created_timestamp_seconds',
      help: 'When the live generation was made, in seconds since 1970; 0: there is none yet',
      registers,
    }),
  }
}
