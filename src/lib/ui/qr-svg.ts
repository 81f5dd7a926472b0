import { generate } from 'lean-qr';
import { toSvgSource } from 'lean-qr/extras/svg';

/** ISO/IEC 18004 9.1: four modules of white on each side. */
const quietZoneModules = 4;
/**
 * Below 4 CSS px per module cameras start to fail; a code wider than a phone's screen would make the page scroll sideways.
 */
const smallestModulePx = 4;
const largestModulePx = 6;
const narrowestPagePx = 320;

/** The capacity in bytes of the largest code (ISO/IEC 18004, version 40) with the lowest error correction. */
const maxBytes = 2953;

export function fitsQrCode(text: string): boolean {
	return new TextEncoder().encode(text).byteLength <= maxBytes;
}

/**
 * A QR code as SVG markup for a page: black on white with its quiet zone, without style attributes.
 * @param text the content of the code
 * @returns null if the text is too long for a QR code
 */
export function qrSvg(text: string): string | null {
	if (!fitsQrCode(text)) return null;
	const code = generate(text);
	const fittingPx = Math.floor(narrowestPagePx / (code.size + 2 * quietZoneModules));
	const scale = Math.min(largestModulePx, Math.max(smallestModulePx, fittingPx));
	return toSvgSource(code, { on: '#000', off: '#fff', pad: quietZoneModules, scale });
}
