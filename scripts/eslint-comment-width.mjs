/** Widest line of a comment, in columns; prettier wraps code at the same width, and leaves comments as they are. */
const MAX = 120;

/** Comments are wrapped. A line that is one word, such as a long address, may be as long as it is. */
export const commentWidth = {
  meta: {
    type: 'layout',
    schema: [],
    messages: { wide: `Wrap the comment: this line has more than ${MAX} columns.` },
  },
  create(context) {
    const { sourceCode } = context;
    return {
      Program() {
        for (const { loc } of sourceCode.getAllComments())
          for (let line = loc.start.line; line <= loc.end.line; line++) {
            const text = sourceCode.lines[line - 1];
            const words = text.trim().split(/\s+/).length;
            if (text.length > MAX && words > 2) context.report({ loc: { line, column: MAX }, messageId: 'wide' });
          }
      },
    };
  },
};
