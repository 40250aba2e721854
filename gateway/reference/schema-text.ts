import { html } from 'hono/html'
import type { Schema } from './document.ts'

type Html = ReturnType<typeof html>

/** What a value is, in a few words; a schema with a name is a link to it. */
export function typeOf(schema: Schema | undefined): Html | string {
  if (schema === undefined) return ''
  const { $ref, type, items, enum: values, const: constant, properties } = schema
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1)
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if (constant !== undefined) return html`<code>${JSON.stringify(constant)}</code>`
  if (Array.isArray(values)) return joined(values.map((value) => html`<code>${JSON.stringify(value)}</code>`))
  // A named schema with a description of its own: its row tells that.
  if (Array.isArray(schema.allOf)) return typeOf(schema.allOf[0])
  const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray) as Schema[] | undefined
  if (alternatives) return joined(alternatives.map(typeOf))
  if (schema.contentSchema !== undefined) return html`text that holds a ${typeOf(schema.contentSchema as Schema)}`
  if (items !== undefined) return html`list of ${typeOf(items as Schema)}${bounds(schema)}`
  if (properties !== undefined) return html`${fieldsOf(schema)}`
  if (Array.isArray(type)) return joined(type)
  return html`${type ?? 'anything'}${bounds(schema)}`
}

/** The fields of an object, a row each; undefined: it has none. */
export function fieldsOf({ properties, required = [] }: Schema): Html | undefined {
  if (properties === undefined) return undefined
  const rows = Object.entries(properties as Record<string, Schema>).map(([name, schema]) =>
    row(name, (required as string[]).includes(name), schema),
  )
  return html`<table>${rows}</table>`
}

/** @param description  unless the schema tells one */
export function row(name: string, isRequired: boolean, schema: Schema, description = schema.description) {
  return html`<tr><td><code>${name}</code>${isRequired ? '*' : ''}</td><td>${typeOf(schema)}</td><td>${marked(String(description ?? ''))}</td></tr>`
}

/** What its limits and its default are. */
function bounds({ minimum, maximum, minLength, maxLength, minItems, maxItems, default: otherwise, format }: Schema) {
  const range = (low: unknown, high: unknown, unit: string): string[] => {
    // Whole numbers have ends of their own, which say nothing.
    const isOpen = high === undefined || Number(high) >= Number.MAX_SAFE_INTEGER
    if (!isOpen) return [` ${low === undefined ? 'up to ' : `${low}–`}${high}${unit}`]
    return low === undefined || Number(low) <= Number.MIN_SAFE_INTEGER ? [] : [` from ${low}${unit}`]
  }
  return [
    ...(format === undefined ? [] : [` (${format})`]),
    ...range(minimum, maximum, ''),
    ...range(minLength, maxLength, ' characters'),
    ...range(minItems, maxItems, ''),
    ...(otherwise === undefined || Array.isArray(otherwise) ? [] : [`, else ${JSON.stringify(otherwise)}`]),
  ].join('')
}

const joined = (parts: readonly unknown[]) =>
  html`${parts.map((part, n) => (n === 0 ? html`${part}` : html` or ${part}`))}`

/** Text with `code` in it. */
export function marked(text: string) {
  return text.split('`').map((part, n) => (n % 2 === 0 ? part : html`<code>${part}</code>`))
}
