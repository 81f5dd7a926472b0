import { measureMemory } from './memory';
import { measureOpening } from './opening';

const opening = await measureOpening();
const memory = await measureMemory();
console.log(JSON.stringify({ opening, memory }));
process.exit(0);
