/* The smallest program with a service's manners: it answers on the port that it is told, says as whom it runs and whether it could
   write beside itself, and ends well when it is told to. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void told(int signal) {
    (void)signal;
    _exit(0);
}

int main(int count, char **words) {
    if (count != 2)
        return 2;
    signal(SIGTERM, told);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int door = socket(AF_INET, SOCK_STREAM, 0);
    int again = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
    if (bind(door, (struct sockaddr *)&place, sizeof place) != 0 || listen(door, 8) != 0)
        return 1;
    for (;;) {
        int caller = accept(door, 0, 0);
        char asked[1024], answer[256], said[128];
        if (read(caller, asked, sizeof asked) > 0) {
            const char *file = open("/written", O_CREAT | O_WRONLY, 0600) < 0 ? strerror(errno) : "written";
            int length = snprintf(said, sizeof said, "process %d of %d:%d: %s", getpid(), getuid(), getgid(), file);
            length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", length, said);
            if (write(caller, answer, length) != length)
                return 1;
        }
        close(caller);
    }
}
