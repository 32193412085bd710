// @neo4j/graphql over the project's own graph: node peers.mjs (apollo|yoga) PORT BOLT_ADDRESS
import { createServer } from 'node:http'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { Neo4jGraphQL } from '@neo4j/graphql'
import { createYoga } from 'graphql-yoga'
import neo4j from 'neo4j-driver'

const typeDefs = `
  type Job @node(labels: ["Job"]) {
    id: ID!
    title: String!
    department: String
    openings: Int!
    status: String!
    createdAt: String! @alias(property: "created_at")
    applications: [Application!]! @relationship(type: "FOR", direction: IN)
  }
  type Application @node(labels: ["Application"]) {
    id: ID!
    status: String!
    appliedAt: String! @alias(property: "applied_at")
    source: String
    candidate: [Candidate!]! @relationship(type: "BY", direction: OUT)
  }
  type Candidate @node(labels: ["Person", "Candidate"]) {
    id: ID!
    name: String
    headline: String
    summary: String
    emails: [String!]!
    languages: [String!]!
    tags: [String!]!
    createdAt: String! @alias(property: "created_at")
    updatedAt: String! @alias(property: "updated_at")
    version: Int!
    employments: [Company!]! @relationship(type: "WORKED_AT", direction: OUT, properties: "Employment")
  }
  type Employment @relationshipProperties {
    title: String
    from: String
    to: String
    current: Boolean!
    firstMonth: Int @alias(property: "first_month")
    lastMonth: Int @alias(property: "last_month")
  }
  type Company @node(labels: ["Company"]) {
    id: ID!
    name: String!
  }
`
const [flavour, port, address] = process.argv.slice(2)
const driver = neo4j.driver(address)
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema()
const context = () => ({ sessionConfig: { database: 'neo4j' } })
if (flavour === 'apollo') {
  const server = new ApolloServer({ schema, introspection: false })
  await startStandaloneServer(server, {
    listen: { port: Number(port), host: '127.0.0.1' },
    context: async () => context(),
  })
} else {
  createServer(createYoga({ schema, logging: false, graphiql: false, landingPage: false, context })).listen(
    Number(port),
    '127.0.0.1',
  )
}
