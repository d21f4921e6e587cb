/** How a budget stands: what is used, set aside and left, and how far it will go. Pure, given the clock. */
import { dateFormat } from "../../lib/format";
import { dollars, type Budget } from "../../lib/gateway";

export interface Standing {
  spent: number;
  reserved: number;
  left: number;
  /** Of the whole amount, at most 1. */
  part: number;
  /** How much of the period is over, from 0 to 1; null for one that never ends. */
  today: number | null;
  /** The first moment of the next period. */
  next: Date | null;
  tone: "good" | "warn" | "bad";
  words: string;
}

const DAY_MS = 86_400_000;
const NEARLY = 0.8;
/** Less than this part of a period says nothing about the rest of it. */
const TOO_EARLY = 0.05;

function nextOf(budget: Budget): Date | null {
  const start = new Date(budget.period_start);
  if (budget.period === "total") return null;
  if (budget.period === "month") return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  return new Date(start.getTime() + (budget.period === "day" ? 1 : 7) * DAY_MS);
}

const dayName = (day: Date): string => dateFormat({ day: "numeric", month: "long", timeZone: "UTC" }).format(day);

/** A period that is over has been begun anew, though nothing was spent in it yet. */
function current(budget: Budget, now: Date): Budget {
  let one = budget;
  for (let next = nextOf(one); next && next <= now; next = nextOf(one)) one = { ...one, period_start: next.toISOString(), spent: "0" };
  return one;
}

export function standing(asked: Budget, now = new Date()): Standing {
  const budget = current(asked, now);
  const [amount, spent, reserved] = [Number(budget.amount), Number(budget.spent), Number(budget.leased)];
  const left = Math.max(0, amount - spent - reserved);
  const part = amount ? Math.min(1, spent / amount) : 1;
  const next = nextOf(budget);
  const start = new Date(budget.period_start).getTime();
  const today = next ? (now.getTime() - start) / (next.getTime() - start) : null;
  const course = today && today > TOO_EARLY ? spent / today : null;
  const shared = { spent, reserved, left, part, today, next };
  if (left <= 0 && spent >= amount) return { ...shared, tone: "bad", words: next ? `Spent. Calls are refused until ${dayName(next)}.` : "Spent. Calls are refused until it is raised." };
  if (course !== null && course > amount) return { ...shared, tone: "warn", words: `On course for ${dollars(course)} by ${dayName(new Date(next!.getTime() - 1))}.` };
  if (part >= NEARLY) return { ...shared, tone: "warn", words: `${Math.round(part * 100)}% is spent.` };
  if (!spent) return { ...shared, tone: "good", words: next ? "Nothing spent yet in this time." : "Nothing spent yet." };
  return { ...shared, tone: "good", words: course !== null ? `On course for ${dollars(course)} by ${dayName(new Date(next!.getTime() - 1))}.` : "Within its budget." };
}
