import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { erasureReceipt, receiptOf } from '../erasure-receipt.ts'
import { Problem } from '../problems.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/erasures/{erasureId}',
  tags: ['Users'],
  summary: 'How far an erasure is',
  security: needs('erase', 'admin', 'read'),
  request: { params: z.strictObject({ erasureId: inPath('erasureId', z.string().min(1).max(512)) }) },
  responses: { 200: json(erasureReceipt, 'The receipt'), ...refusals(400, 404) },
})

export const getErasure = (app: App, gateway: Gateway) =>
  app.openapi(route, async (c) => {
    const { erasureId } = c.req.valid('param')
    const receipt = await receiptOf(gateway, erasureId)
    if (receipt === undefined)
      throw new Problem('not-found', `There is no erasure '${erasureId}'; DELETE /v1/users/{userId} answers its id.`)
    return c.json(receipt, 200)
  })
