import { config } from '../config';
import { digestOf } from '../digest';

/** A public file that is generated from the configuration. Its path contains a digest of its content. */
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

let made: readonly BrandFile[] = [];

/** Generates the brand files from the configuration. Before that, `brandFiles` is empty. */
export async function makeBrandFiles(): Promise<void> {
	made = await makeFiles();
}

/** The stylesheet with the colours, and the configured logos. */
export function brandFiles(): readonly BrandFile[] {
	return made;
}

/** The path of a brand file; null if the institution has none. */
export function brandAddress(name: 'theme' | 'logo' | 'logo-dark'): string | null {
	return made.find((file) => file.name === name)?.address ?? null;
}

function makeFiles(): Promise<readonly BrandFile[]> {
	const { stylesheet, logo, logoDark } = config().brand;
	const pictures = [
		{ name: 'logo', picture: logo },
		{ name: 'logo-dark', picture: logoDark }
	];
	return Promise.all([
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
	]);
}

async function file(name: string, extension: string, type: string, body: Uint8Array<ArrayBuffer>): Promise<BrandFile> {
	const digest = await digestOf(body, 16);
	return { name, address: `/brand/${name}.${digest}.${extension}`, type, digest, body };
}
