// @modelcontextprotocol/sdk 1.x over stdio, Streamable HTTP and SSE: the initialize handshake and elicitation/create.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { newAnswers, scenario } from './scenario.mjs';

export async function run(name, transport) {
  const answers = newAnswers();
  const progress = { count: 0 };
  const client = new Client({ name: 'sdk-1', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, answers.handle);
  await client.connect(transport);
  await scenario(name, {
    answers,
    progress,
    listTools: () => client.listTools(),
    callTool: (tool, args, withProgress) => client.callTool({ name: tool, arguments: args }, undefined,
      withProgress ? { onprogress: () => { progress.count++; }, resetTimeoutOnProgress: true } : {}),
  });
  await client.close();
}

const [kind, target, ...args] = process.argv.slice(2);
const transports = {
  stdio: () => new StdioClientTransport({ command: target, args, stderr: 'inherit' }),
  http: () => new StreamableHTTPClientTransport(new URL(target)),
  sse: () => new SSEClientTransport(new URL(target)),
};
await run(`sdk 1.x ${kind}`, transports[kind]());
process.exit(0);
