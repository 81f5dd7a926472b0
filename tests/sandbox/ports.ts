import { listen, type Listener } from './http/listener.ts';

/** The parts that listen, and the variables for their ports. */
const parts = {
	sts: { name: 'STS', variable: 'SANDBOX_STS_PORT' },
	bridge: { name: 'Auth Bridge', variable: 'SANDBOX_BRIDGE_PORT' },
	institution: { name: 'institution', variable: 'SANDBOX_INSTITUTION_PORT' },
	control: { name: 'sandbox control', variable: 'SANDBOX_CONTROL_PORT' }
};
type Part = keyof typeof parts;

interface OpenPorts {
	readonly listeners: Readonly<Record<Part, Listener>>;
	close: () => Promise<void>;
}

/**
 * Opens all four ports or none: if one is in use, the others are closed again.
 * @throws {import('./http/listener.ts').PortTakenError}
 */
export async function openPorts(host: string, ports: Readonly<Record<Part, number>>): Promise<OpenPorts> {
	const opened: Listener[] = [];
	const close = async () => {
		await Promise.all(opened.map((listener) => listener.close()));
	};
	const open = async (part: Part) => {
		const listener = await listen({ ...parts[part], host, port: ports[part] });
		opened.push(listener);
		return listener;
	};
	try {
		const listeners = {
			sts: await open('sts'),
			bridge: await open('bridge'),
			institution: await open('institution'),
			control: await open('control')
		};
		return { listeners, close };
	} catch (error) {
		await close();
		throw error;
	}
}
