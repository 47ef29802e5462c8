import { plain } from '../cli/output/plain-text.ts';
import { findTool } from '../local/tools.ts';
import { tools, type ToolName } from '../local/tool-catalogue.ts';

/** A program: makes sure that every tool of the local stack is there, and says where. */
const names: ToolName[] = ['temporal', 'vault', 'kubectl', 'helm'];
const signal = AbortSignal.timeout(20 * 60_000);
try {
  for (const name of names) {
    let told = '';
    const found = await findTool(name, {
      signal,
      onProgress: ({ message }) => {
        if (message !== told) process.stderr.write(`${tools[name].title}: ${message}\n`);
        told = message;
      },
    });
    process.stderr.write(`${tools[name].title}: ${found.path} (${found.version}, from ${found.from})\n`);
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.split('\n').map(plain).join('\n')}\n`);
  process.exitCode = 1;
}
