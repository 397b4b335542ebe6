// What a server cost: processor time and memory, as the kernel counts them.
import { readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK']));

/** Fields of /proc/PID/stat after the name, which may hold anything. */
function stat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Seconds of processor time of one process, threads included. */
export function cpu(pid) {
  const fields = stat(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Seconds of processor time of the processes below one: its database. Those that have ended count through their parent. */
export function cpuBelow(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try { parents.set(Number(name), stat(name)); } catch { /* ended meanwhile */ }
  }
  let sum = 0;
  const visit = (of) => {
    for (const [child, fields] of parents) {
      if (Number(fields[1]) !== of) continue;
      sum += (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / TICKS;
      visit(child);
    }
  };
  visit(pid);
  return sum;
}

/** Resident memory of one process, MB (10^6 bytes). */
export function resident(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024 / 1e6;
}

export const median = (numbers) => { const sorted = [...numbers].sort((a, b) => a - b); return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2; };
