import { describeWithService } from '../services/for-tests.ts'
import { eventLogContract, STARS } from './event-log.contract.ts'
import { openKafkaLog } from './kafka.ts'

describeWithService('kafka', (url) => {
  let places = 0
  eventLogContract(
    'Kafka',
    async () => {
      const own = `${url}${places++}.`
      return { open: (founding = STARS) => openKafkaLog(own, founding) }
    },
    { processes: 'many' },
  )
})
