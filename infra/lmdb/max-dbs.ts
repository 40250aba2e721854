/** Named databases that a file may have whose names are not known: more than any store has. */
export const MAX_DBS = 64
