// What this room asks of a log. Pino's loggers have this shape. A line of a call carries its callref.

export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}
