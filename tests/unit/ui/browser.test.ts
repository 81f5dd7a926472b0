import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The names of features in the code, without its layout. */
function featuresIn(file: string): string[] {
	const text = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
	const globals = /const globals = \[(.*?)\]/.exec(text)?.[1] ?? '';
	const others = [...text.matchAll(/'(\w+)' in ([\w.]+)|CSS\.supports\('(\w+)', '(\w+)'\)/g)].map(([found]) => found);
	return [globals, ...others];
}

test('the script that runs before the modules checks the same features as the application', () => {
	const features = featuresIn('src/lib/ui/browser.ts');
	expect(features.length).toBeGreaterThan(4);
	expect(featuresIn('static/recover.js')).toEqual(features);
});
