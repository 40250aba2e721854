/** What all pages of films have. */
import './posters.js'
import './search.js'
import './star-rating.js'
import './rating.js'
import './whose.js'
import { followRows } from './rows.js'

followRows(document)
