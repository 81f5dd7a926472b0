import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { caseCells, cases } from '../../interop/cases';
import { withTable } from '../../interop/results';
import { root } from '../../tasks/runtime.mjs';

const document = readFileSync(join(root, 'docs/interoperability.md'), 'utf8');

test('docs/interoperability.md lists the cases of the interoperability suite, all passed on both runtimes', async () => {
	expect(document).toBe(await withTable(document, () => ['passed', 'passed']));
});

test.each(cases)('the table names the version of the wallet of $product, $kind', (one) => {
	expect(caseCells(one)[1]).toMatch(/^\d+\.\d+\.\d+$/);
});
