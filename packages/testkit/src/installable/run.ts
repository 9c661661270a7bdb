import { spawn } from 'node:child_process';

/** The exit code and the output of a child process. */
export interface ProcessResult {
  code: number | null;
  output: string;
}

/** Runs this Node with arguments and waits for its end, at most `seconds`. */
export const runNode = (
  args: string[],
  cwd: string,
  seconds = 600,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProcessResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', chunk => chunks.push(chunk));
    child.stderr.on('data', chunk => chunks.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    child.on('error', reject);
    child.on('close', code => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString() });
    });
  });
