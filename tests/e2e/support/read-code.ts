import type { Page } from '@playwright/test';
import decodeQR from 'qr/decode.js';

/** What the decoder makes of a PNG; a blank page of the same browser unpacks it. */
export async function readCode(page: Page, picture: Buffer): Promise<string> {
	const canvas = await page.context().newPage();
	const { width, height, greys } = await canvas.evaluate(
		async (address) => {
			const image = new Image();
			image.src = address;
			await image.decode();
			const drawing = new OffscreenCanvas(image.width, image.height).getContext('2d');
			if (!drawing) throw new Error('no canvas');
			drawing.drawImage(image, 0, 0);
			const { data } = drawing.getImageData(0, 0, image.width, image.height);
			const greys = Array.from({ length: image.width * image.height }, (_pixel, index) => data[4 * index] ?? 0);
			return { width: image.width, height: image.height, greys };
		},
		`data:image/png;base64,${picture.toString('base64')}`
	);
	await canvas.close();
	return decodeQR({ width, height, data: Uint8Array.from(greys.flatMap((grey) => [grey, grey, grey])) });
}
