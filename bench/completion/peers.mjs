// graphql-yoga and mercurius with its JIT over the data of data.py: node peers.mjs (yoga|mercurius) PORT
import { createServer } from 'node:http'
import Fastify from 'fastify'
import { createSchema, createYoga } from 'graphql-yoga'
import mercurius from 'mercurius'

const typeDefs = `
  type Item {
    id: ID! name: String! email: String! city: String! headline: String! years: Int! rating: Float! active: Boolean!
    createdAt: String! summary: String
  }
  type C { id: ID! title: String! fromYear: Int! }
  type B { id: ID! name: String! score: Float! cs: [C!]! }
  type A { id: ID! name: String! status: String! bs: [B!]! }
  type Query { items: [Item!]! nest: [A!]! }
`
const count = (n, make) => [...Array(n).keys()].map(make)
const items = count(100, (i) => ({
  id: `${i}`,
  name: `Person ${i}`,
  email: `p${i}@example.com`,
  city: 'Warsaw',
  headline: 'Engineer',
  years: i % 30,
  rating: i / 7,
  active: i % 2 === 0,
  createdAt: '2026-01-01T00:00:00Z',
  summary: i % 5 ? 'Experienced engineer' : null,
}))
const nest = count(20, (i) => ({
  id: `a${i}`,
  name: `A ${i}`,
  status: 'NEW',
  bs: count(10, (j) => ({
    id: `b${i}${j}`,
    name: `B ${j}`,
    score: j / 3,
    cs: count(5, (k) => ({ id: `c${k}`, title: `T ${k}`, fromYear: 2000 + k })),
  })),
}))
const resolvers = { Query: { items: () => items, nest: () => nest } }
const [flavour, port] = process.argv.slice(2)
if (flavour === 'yoga') {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, graphiql: false, landingPage: false })
  createServer(yoga).listen(Number(port), '127.0.0.1')
} else {
  const app = Fastify()
  app.register(mercurius, { schema: typeDefs, resolvers, jit: 1 })
  await app.listen({ port: Number(port), host: '127.0.0.1' })
}
