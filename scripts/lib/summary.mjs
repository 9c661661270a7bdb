import { stripVTControlCharacters } from 'node:util';

/**
 * The tests that a report of the runner counts. A file that could not be read, a runner that ended badly with no test to
 * blame, and a run of no tests at all are failures too.
 */
export const count = (report, code) => {
  const passed = report?.numPassedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const brokenFiles = (report?.testResults ?? []).filter(
    file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = (report?.numFailedTests ?? 0) + brokenFiles;
  return { passed, skipped, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
};

/** The first lines of a message, without the colours of a terminal. */
const opening = message => stripVTControlCharacters(message).split('\n', 12);

/** The name and the message of everything that failed in a report of the runner, so that a long log says it at its end. */
export const failures = (report, code) => {
  const told = (report?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter(test => test.status === 'failed');
    if (tests.length === 0) return status === 'failed' ? [{ name, lines: opening(message) }] : [];
    return tests.map(test => ({ name: `${name} > ${test.fullName}`, lines: opening(test.failureMessages.join('\n')) }));
  });
  if (told.length > 0 || (code === 0 && report?.numPassedTests > 0)) return told;
  return [{ name: `the runner ended with code ${code}`, lines: ['and named no test: its errors stand in its output'] }];
};

/** The files with a failure in a report of the runner. */
export const failedFiles = report =>
  (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);

const row = ({ name, passed, failed, skipped, seconds }) =>
  `  ${name.padEnd(20)}${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ${String(skipped).padStart(4)} skipped ${seconds.toFixed(0).padStart(5)} s`;

const failure = ({ name, lines }) => [`  ${name}`, ...lines.map(line => `    ${line}`)];

/**
 * What ran, what did not run and what to install for it, what failed, and the line of totals. What did not run is
 * skipped on a user's machine and has failed where `strict`.
 */
export const summary = (results, notRun, strict) => {
  const missing = Object.entries(notRun);
  const total = key => results.reduce((sum, result) => sum + result[key], 0);
  const failed = total('failed') + (strict ? missing.length : 0);
  const skipped = total('skipped') + (strict ? 0 : missing.length);
  const lines = ['', 'What ran', ...results.map(row)];
  if (missing.length > 0)
    lines.push('', 'What did not run here', ...missing.map(([name, reason]) => `  ${name.padEnd(20)}${reason}`));
  const told = (title, key) => {
    const failing = results.flatMap(result => result[key] ?? []);
    if (failing.length > 0) lines.push('', title, ...failing.flatMap(failure));
  };
  told('What failed beside other tests and passed alone', 'crowded');
  told('What failed', 'failures');
  lines.push('', `${total('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return { lines, failed };
};
