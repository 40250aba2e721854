import { describe } from 'vitest'
import { systemWithDataset } from '../../dataset.fixture.ts'
import { describeInBrowser } from '../browser.fixture.ts'
import { lookingAt } from './film-app.fixture.ts'
import { homeSuite } from './home.suite.ts'
import { narrowSuite } from './narrow.suite.ts'
import { pagesSuite } from './pages.suite.ts'
import { ratingSuite } from './rating.suite.ts'
import { viewersSuite } from './viewers.suite.ts'

/** All look at one system, which takes a while to start. */
describeInBrowser('the film app', (visit) => {
  const app = lookingAt(systemWithDataset(), visit)
  describe('what changes as one rates', () => homeSuite(app))
  describe('its pages', () => pagesSuite(app))
  describe('where there is little room', () => narrowSuite(app))
  describe('stars', () => ratingSuite(app))
  describe('who looks at it', () => viewersSuite(app))
})
