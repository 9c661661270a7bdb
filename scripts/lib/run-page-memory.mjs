import { launchChrome } from './chrome.mjs';
import { serve } from './serve.mjs';

// What the drawing page holds, on wasm, before, during and after many drawings and many emoji:
// node scripts/page-memory.mjs [DRAWINGS] [EMOJI]

const [drawings = 500, emoji = 100] = process.argv.slice(2).map(Number);

/** The two chapters: the button of the next picture, and what says that it is done. */
const chapters = [
  {
    name: 'drawings',
    hash: '#backend=wasm&pace=fast',
    seed: 5,
    count: drawings,
    next: '#another',
    status: '#drawing-status',
  },
  {
    name: 'emoji',
    hash: '#backend=wasm&chapter=emoji',
    seed: 1,
    count: emoji,
    next: '#another-emoji',
    status: '#emoji-status',
    last: '#alternatives li:nth-child(8)',
  },
];

/** Sends a command of the DevTools protocol to the one worker of a page. */
const workerSession = async session => {
  const attached = new Promise(resolve => session.once('Target.attachedToTarget', resolve));
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const { sessionId } = await attached;
  let id = 0;
  return method =>
    new Promise(resolve => {
      const own = ++id;
      const hear = ({ message }) => {
        const answer = JSON.parse(message);
        if (answer.id !== own) return;
        session.off('Target.receivedMessageFromTarget', hear);
        resolve(answer.result);
      };
      session.on('Target.receivedMessageFromTarget', hear);
      session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: own, method }) });
    });
};

/** What a page and its worker hold after their garbage was collected. */
const measure = async (page, session, ask) => {
  for (const collect of [() => session.send('HeapProfiler.collectGarbage'), () => ask('HeapProfiler.collectGarbage')])
    await collect();
  const [ofPage, ofWorker, tensors] = [
    await session.send('Runtime.getHeapUsage'),
    await ask('Runtime.getHeapUsage'),
    await page.workers()[0].evaluate(() => {
      const { numTensors, numBytes } = self._tfengine.memory();
      return { numTensors, numBytes, wasm: self._tfengine.backendInstance.wasm.HEAPU8.byteLength };
    }),
  ];
  return [
    tensors.numTensors,
    ...[tensors.numBytes, tensors.wasm, ofWorker.usedSize, ofPage.usedSize].map(n => n / 1e6),
  ];
};

const row = cells =>
  console.log(cells.map(cell => (typeof cell === 'number' ? +cell.toFixed(2) : cell).toString().padStart(12)).join(''));

const { address, close } = await serve();
const browser = await launchChrome();
for (const { name, hash, seed, count, next, status, last } of chapters) {
  const page = await browser.newPage({ reducedMotion: 'reduce', serviceWorkers: 'block' });
  page.setDefaultTimeout(120_000);
  await page.goto(`${address}drawing/${hash}`);
  const done = async now => {
    await page.locator(status, { hasText: new RegExp(`^It wrote .*; seed ${now}\\.`) }).waitFor();
    if (last) await page.locator(last).waitFor();
  };
  await done(seed);
  const session = await page.context().newCDPSession(page);
  const ask = await workerSession(session);
  row([name, 'tensors', 'MB', 'wasm MB', 'worker MB', 'page MB']);
  for (let i = 0; i <= count; i++) {
    if (i > 0) {
      await page.click(next);
      await done(seed + i);
    }
    if (i % Math.ceil(count / 5) === 0 || i === count) row([i, ...(await measure(page, session, ask))]);
  }
  await page.close();
}
await browser.close();
close();
