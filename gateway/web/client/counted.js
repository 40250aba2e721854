/** "1 record", "12,345 records" @param {number} n  a whole number @param {string} one */
export const counted = (n, one) => `${n.toLocaleString('en')} ${n === 1 ? one : `${one}s`}`
