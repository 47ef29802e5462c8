import { faults } from './faults.ts';
import type { MatrixResult } from './matrix.ts';
import { summaryOf } from './report.ts';
import type { CaseResult } from './run-case.ts';

/** Calls shown around the fault of a case that passed; of one that failed all are. */
const AROUND = 8;

/**
 * The report as one page that needs nothing else: a grid of calls and faults, and for each case its calls and verdicts.
 */
export function page(result: MatrixResult): string {
  const data = {
    summary: summaryOf(result),
    faults: faults.map(({ name, title }) => ({ name, title })),
    cases: result.results.map(plain),
    skipped: result.skipped.map(({ call, fault, permanent, reason }) => [
      `${call.operation}${call.key}${call.occurrence}${fault}${permanent ? ' for good' : ''}`,
      reason,
    ]),
  };
  // "<" would end the script in a browser.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return PAGE.replace('/*DATA*/', () => `const data = ${json};`);
}

function plain({ name, tested, problems, seconds, steps, calls }: CaseResult) {
  const hit = calls.findIndex(({ fault }) => fault !== undefined);
  const shown = problems.length > 0 ? calls : calls.slice(Math.max(0, hit - AROUND), hit + AROUND);
  return {
    name,
    ...tested,
    problems,
    seconds,
    steps: steps.map(({ what, workflowId, outcome }) => ({
      what,
      workflowId,
      outcome: outcome.outcome === 'completed' ? 'completed' : `${outcome.type}: ${outcome.message}`,
    })),
    calls: shown.map(({ at, key, attempt, outcome, fault }) => [at, key, attempt, outcome, fault ?? '']),
  };
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Slipway: fault matrix</title>
<style>
  body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; }
  table { border-collapse: collapse; }
  th { text-align: left; font-weight: normal; padding: 0 .6rem 0 0; white-space: nowrap; font-size: 12px; }
  thead th { writing-mode: vertical-rl; transform: rotate(180deg); padding: .3rem 0; background: #fff; position: sticky; top: 0; }
  thead th:first-child { writing-mode: initial; transform: none; }
  td { width: 1.5rem; height: 1.2rem; border: 1px solid #fff; padding: 0; }
  td button { width: 100%; height: 100%; min-height: 1.2rem; border: 0; padding: 0; cursor: pointer; }
  .pass { background: #2e9e5b; } .fail { background: #d4373e; color: #fff; } .none { background: #eee; }
  dialog { max-width: 90vw; max-height: 85vh; } pre { white-space: pre-wrap; font-size: 12px; }
  h2 { margin-top: 2rem; }
</style>
<h1>Fault matrix</h1>
<p id="summary"></p>
<p>Green: passed; red, ✗: failed; a click shows what the case did. Grey: no case, for the reason that it tells the mouse.</p>
<div id="grids"></div>
<dialog><form method="dialog"><button>Close</button></form><pre></pre></dialog>
<script>
/*DATA*/
const { summary } = data;
document.querySelector('#summary').textContent =
  summary.cases + ' cases, ' + summary.passed + ' passed, ' + summary.failed + ' failed, ' + summary.skipped + ' skipped, ' + summary.seconds + ' s';
const columns = data.faults.flatMap(({ name, title }) => [[name, title, false], [name + ' for good', title + '; until it is cleared', true]]);
const reasons = new Map(data.skipped);
const dialog = document.querySelector('dialog');
function show(one) {
  const lines = [one.name, '', one.problems.length === 0 ? 'passed' : one.problems.map((text) => '✗ ' + text).join('\\n'), '',
    ...one.steps.map(({ what, workflowId, outcome }) => what + ' (' + workflowId + '): ' + outcome), '',
    ...one.calls.map(([at, key, attempt, outcome, fault]) => String(at).padStart(6) + ' ms  ' + key + '  try ' + attempt + '  → ' + outcome + (fault ? '  ⚡ ' + fault : '')), '',
    "npm run faults -- --case '" + one.name + "'"];
  dialog.querySelector('pre').textContent = lines.join('\\n');
  dialog.showModal();
}
for (const operation of new Set(data.cases.map((one) => one.operation))) {
  const own = data.cases.filter((one) => one.operation === operation);
  const used = columns.filter(([name]) => own.some((one) => one.fault + (one.permanent ? ' for good' : '') === name));
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  for (const [text, title] of [['call', ''], ...used]) {
    const cell = document.createElement('th');
    cell.textContent = text; cell.title = title;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const place of new Set(own.map((one) => one.key + ' #' + one.occurrence))) {
    const row = body.insertRow();
    const cell = document.createElement('th');
    cell.textContent = place;
    row.append(cell);
    for (const [name, , permanent] of used) {
      const found = own.find((one) => one.key + ' #' + one.occurrence === place && one.fault + (one.permanent ? ' for good' : '') === name);
      const box = row.insertCell();
      if (found === undefined) {
        box.className = 'none';
        box.title = reasons.get(operation + place.replace(/ #(\\d+)$/, '$1') + name) ?? '';
        continue;
      }
      const button = document.createElement('button');
      button.className = found.problems.length === 0 ? 'pass' : 'fail';
      button.title = found.name;
      button.textContent = found.problems.length === 0 ? '' : '✗';
      button.onclick = () => show(found);
      box.append(button);
    }
  }
  const title = document.createElement('h2');
  title.textContent = operation;
  document.querySelector('#grids').append(title, table);
}
</script>
</html>
`;
