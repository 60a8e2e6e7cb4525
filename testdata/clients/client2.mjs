// @modelcontextprotocol/client 2.x at revision 2026-07-28: no handshake, questions as input_required results.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { newAnswers, scenario } from './scenario.mjs';

const [kind, target, ...args] = process.argv.slice(2);
const transports = {
  stdio: () => new StdioClientTransport({ command: target, args, stderr: 'inherit' }),
  http: () => new StreamableHTTPClientTransport(new URL(target)),
};
const answers = newAnswers();
const progress = { count: 0 };
const client = new Client({ name: 'client-2', version: '1' }, {
  capabilities: { elicitation: { form: {} } },
  versionNegotiation: { mode: { pin: '2026-07-28' } },
});
client.setRequestHandler('elicitation/create', answers.handle);
await client.connect(transports[kind]());
await scenario(`client 2.x ${kind}`, {
  answers,
  progress,
  listTools: () => client.listTools(),
  callTool: (tool, toolArgs, withProgress) => client.callTool({ name: tool, arguments: toolArgs },
    withProgress ? { onprogress: () => { progress.count++; }, resetTimeoutOnProgress: true } : {}),
});
await client.close();
process.exit(0);
