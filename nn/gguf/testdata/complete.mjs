// Prints the likeliest continuation of a prompt by llama.cpp: node complete.mjs MODEL PROMPT TOKENS
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const require = createRequire(process.cwd() + "/");
const {getLlama, LlamaCompletion} = await import(pathToFileURL(require.resolve("node-llama-cpp")));
const [modelPath, prompt, tokens] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: 1});
const model = await llama.loadModel({modelPath});
const context = await model.createContext({contextSize: 64, batchSize: 64});
const completion = new LlamaCompletion({contextSequence: context.getSequence()});
const text = await completion.generateCompletion(prompt, {maxTokens: Number(tokens), temperature: 0});
process.stdout.write(JSON.stringify({text}));
process.exit(0);
