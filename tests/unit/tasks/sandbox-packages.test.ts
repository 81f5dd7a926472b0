import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { root } from '../../tasks/runtime.mjs';

/** Packages with which the sandbox plays an issuer, a verifier and a wallet. */
const sandboxOnly = /^(?:@sd-jwt\/|@openid4vc\/|@peculiar\/|dcql$|reflect-metadata$)/;

const Package = v.object({
	dependencies: v.record(v.string(), v.string()),
	devDependencies: v.record(v.string(), v.string())
});
const Lock = v.object({ packages: v.record(v.string(), v.looseObject({ dev: v.optional(v.boolean()) })) });

function readJson<T extends v.GenericSchema>(name: string, schema: T): v.InferOutput<T> {
	return v.parse(v.pipe(v.string(), v.parseJson(), schema), readFileSync(join(root, name), 'utf8'));
}

test('no file of the application imports a credential package of the sandbox, or anything in tests', () => {
	const imports = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
		.filter((name) => /\.(?:ts|js|mjs|svelte)$/.test(name))
		.flatMap((name) =>
			[...readFileSync(join(root, 'src', name), 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
				([, specifier = '']) => ({ name, specifier })
			)
		);
	expect(imports.length).toBeGreaterThan(500);
	expect(imports.filter(({ specifier }) => sandboxOnly.test(specifier) || /(?:^|\/)tests\//.test(specifier))).toEqual(
		[]
	);
});

test('no dependency of the application needs a credential package of the sandbox', () => {
	const { dependencies, devDependencies } = readJson('package.json', Package);
	expect(Object.keys(dependencies).filter((name) => sandboxOnly.test(name))).toEqual([]);
	expect(Object.keys(devDependencies).filter((name) => sandboxOnly.test(name))).not.toEqual([]);
	const installed = Object.entries(readJson('package-lock.json', Lock).packages)
		.map(([path, { dev }]) => ({ name: path.replace(/^.*node_modules\//, ''), dev }))
		.filter(({ name }) => sandboxOnly.test(name));
	expect(installed.filter(({ dev }) => dev !== true)).toEqual([]);
});
