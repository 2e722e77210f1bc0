# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Java compiles and runs in strict: threads, collectors, files, children, sockets.
. "$E2E/lib.sh"

cat >Work.java <<-END
	import java.io.*;
	import java.net.*;
	import java.nio.file.*;
	import java.util.*;
	import java.util.concurrent.*;
	public class Work {
	    public static void main(String[] args) throws Exception {
	        ExecutorService pool = Executors.newFixedThreadPool(8);
	        List<Future<Integer>> parts = new ArrayList<>();
	        for (int i = 0; i < 16; i++)
	            parts.add(pool.submit(() -> {
	                int sum = 0;
	                for (int k = 0; k < 1000; k++) sum += new byte[10000].length;
	                return sum;
	            }));
	        long sum = 0;
	        for (Future<Integer> part : parts) sum += part.get();
	        pool.shutdown();
	        System.gc();
	        Path file = Files.createTempFile("work", ".txt");
	        Files.writeString(file, "text");
	        Process child = new ProcessBuilder("cat", file.toString()).start();
	        String text = new String(child.getInputStream().readAllBytes());
	        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
	        Thread peer = new Thread(() -> {
	            try (Socket s = server.accept()) { s.getOutputStream().write(7); }
	            catch (IOException e) { throw new RuntimeException(e); }
	        });
	        peer.start();
	        int got;
	        try (Socket s = new Socket(server.getInetAddress(), server.getLocalPort())) {
	            got = s.getInputStream().read();
	        }
	        peer.join();
	        System.out.println(sum + " " + text + " " + child.waitFor() + " " + got);
	    }
	}
END
expect 0 isorun -p strict --net loopback --memory 1G sh -c 'javac -d /tmp Work.java || exit
	for gc in Serial Parallel G1 Z; do
		java -XX:+Use${gc}GC -Xmx200m -cp /tmp Work || exit
	done'
[ "$(grep -cx '160000000 text 0 7' "$out")" = 4 ] || fail "not all collectors gave the result"
