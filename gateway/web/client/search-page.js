import './films.js'
