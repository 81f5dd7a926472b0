import { createHash } from 'node:crypto';
import { config } from '../config';

/** A public file that follows from the configuration; its address names its content. */
export interface BrandFile {
	/** `theme`, `logo` or `logo-dark`. */
	readonly name: string;
	readonly address: string;
	readonly type: string;
	readonly digest: string;
	readonly body: Uint8Array<ArrayBuffer>;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
	'image/svg+xml': 'svg',
	'image/png': 'png',
	'image/webp': 'webp'
};

let made: readonly BrandFile[] | undefined;

/** The stylesheet with the colours, and the logo where there is one. Made once. */
export function brandFiles(): readonly BrandFile[] {
	return (made ??= makeFiles());
}

/** Where pages find a brand file; `null` when the institution has none. */
export function brandAddress(name: 'theme' | 'logo' | 'logo-dark'): string | null {
	return brandFiles().find((file) => file.name === name)?.address ?? null;
}

function makeFiles(): readonly BrandFile[] {
	const { stylesheet, logo, logoDark } = config().brand;
	const pictures = [
		{ name: 'logo', picture: logo },
		{ name: 'logo-dark', picture: logoDark }
	];
	return [
		file('theme', 'css', 'text/css; charset=utf-8', new TextEncoder().encode(stylesheet)),
		...pictures.flatMap(({ name, picture }) =>
			picture
				? [
						file(
							name,
							EXTENSIONS[picture.type] ?? 'bin',
							picture.type,
							Uint8Array.from(Buffer.from(picture.base64, 'base64'))
						)
					]
				: []
		)
	];
}

function file(name: string, extension: string, type: string, body: Uint8Array<ArrayBuffer>): BrandFile {
	const digest = createHash('sha256').update(body).digest('base64url').slice(0, 16);
	return { name, address: `/brand/${name}.${digest}.${extension}`, type, digest, body };
}
